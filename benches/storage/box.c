/*
 * The objects behind the boxes: the table of small integers and the types of the commonest values.
 */
#include "box.h"

const uint64_t box_small_ints[BOX_SMALL_INTS] = {
    0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15,  16,  17,  18,
    19,  20,  21,  22,  23,  24,  25,  26,  27,  28,  29,  30,  31,  32,  33,  34,  35,  36,  37,
    38,  39,  40,  41,  42,  43,  44,  45,  46,  47,  48,  49,  50,  51,  52,  53,  54,  55,  56,
    57,  58,  59,  60,  61,  62,  63,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,
    76,  77,  78,  79,  80,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,
    95,  96,  97,  98,  99,  100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113,
    114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132,
    133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151,
    152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170,
    171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189,
    190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207, 208,
    209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222, 223, 224, 225, 226, 227,
    228, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246,
    247, 248, 249, 250, 251, 252, 253, 254, 255,
};

/*
 * Mixes all bits of a word into all others. The finaliser of MurmurHash3 (Austin Appleby, 2011,
 * public domain), 64-bit form.
 */
static uint64_t mix(uint64_t bits)
{
    bits = (bits ^ (bits >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    bits = (bits ^ (bits >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return bits ^ (bits >> 33);
}

static uint64_t hash_word(union box_word word)
{
    return mix(word.bits);
}

static bool equal_words(union box_word a, union box_word b)
{
    return a.bits == b.bits;
}

static int64_t int_behind(union box_word word)
{
    int64_t value;
    memcpy(&value, word.pointer, sizeof value);
    return value;
}

static uint64_t hash_int(union box_word word)
{
    return mix((uint64_t)int_behind(word));
}

static bool equal_ints(union box_word a, union box_word b)
{
    return int_behind(a) == int_behind(b);
}

const struct box_type box_type_int = {"int", sizeof(int64_t), false, hash_int, equal_ints};
const struct box_type box_type_inline_int = {"inline int", sizeof(int64_t), true, hash_word,
                                             equal_words};
const struct box_type box_type_pointer = {"pointer", sizeof(void *), true, hash_word, equal_words};
