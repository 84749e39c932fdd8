/* Figures as a part of a page: what draws is taken over, nothing else is. */
#include "report/svg_inline.h"

#include "check.h"
#include "error.h"
#include "svg.h"

/* Takes a figure over that must be right. */
static struct svg_figure taken(const char *svg)
{
    struct error error = {.text = ""};
    struct svg_figure figure;
    EXPECT_INT(svg_inline(svg, "f7-", "About <it>.", &figure, &error), 0);
    EXPECT_STR(error.text, "");
    const char *const fault = svg_first_fault(figure.markup);
    EXPECT_STR(fault != NULL ? fault : "", "");
    return figure;
}

/* What gnuplot's svg terminal writes, in short. */
static void test_gnuplot(void)
{
    struct svg_figure figure = taken(
        "<?xml version=\"1.0\" encoding=\"utf-8\"  standalone=\"no\"?>\n"
        "<svg \n width=\"1200\" height=\"675\"\n viewBox=\"0 0 1200 675\"\n"
        " xmlns=\"http://www.w3.org/2000/svg\"\n xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n>\n"
        "<title>Gnuplot</title>\n<desc>Produced by GNUPLOT 5.4</desc>\n<!-- <g> -->\n"
        "<defs><circle id='gpDot' r='0.5' stroke='currentColor'/>\n"
        "<use xlink:href='#gpDot' id='gpPt6' fill='currentColor'/>\n"
        "<pattern id='gpPat1' width='8'><path d='M0,0' style='fill:none; stroke:rgb(1,2,3)'/>"
        "</pattern></defs>\n"
        "<g id=\"gnuplot_plot_1a\"><title>gnuplot_plot_1a</title>\n"
        "<path class=\"gridline\" d='M1,2\n L3,4  '/></g>\n"
        "<g font-size=\"18.00\"><text xml:space=\"preserve\">small &amp; &lt;first&gt;</text></g>\n"
        "<g font-size=\"30.00\"><text><tspan>Why &#60;b&#x3e;?</tspan></text></g>\n"
        "<g font-size=\"30.00\"><text>another</text></g>\n"
        "<polygon fill='url(#gpPat1)' points='1,2 3,4'/></svg>\n");
    EXPECT_STR(figure.title, "Why <b>?");
    EXPECT_STR(
        figure.markup,
        "<svg viewBox=\"0 0 1200 675\" role=\"img\" aria-labelledby=\"f7-title "
        "f7-description\"><title id=\"f7-title\">Why &lt;b&gt;?</title>"
        "<desc id=\"f7-description\">About &lt;it&gt;.</desc>\n"
        "<defs><circle id=\"f7-gpDot\" r=\"0.5\" stroke=\"currentColor\"></circle>\n"
        "<use href=\"#f7-gpDot\" id=\"f7-gpPt6\" fill=\"currentColor\"></use>\n"
        "<pattern id=\"f7-gpPat1\" width=\"8\"><path d=\"M0,0\" "
        "style=\"fill:none; stroke:rgb(1,2,3)\"></path>\n</pattern>\n</defs>\n"
        "<g id=\"f7-gnuplot_plot_1a\"><path d=\"M1,2  L3,4  \"></path>\n</g>\n"
        "<g font-size=\"18.00\"><text xml:space=\"preserve\">small &amp; &lt;first&gt;</text>"
        "</g>\n<g font-size=\"30.00\"><text><tspan>Why &lt;b&gt;?</tspan></text></g>\n"
        "<g font-size=\"30.00\"><text>another</text></g>\n"
        "<polygon fill=\"url(#f7-gpPat1)\" points=\"1,2 3,4\"></polygon>\n</svg>\n");
    svg_figure_free(&figure);
}

/* Each of these is in a figure that is right, and leaves nothing of itself. */
static void test_hostile(void)
{
    static const char *const planted[] = {
        "<script>evil()</script>",
        "<g><script><g><text>evil</text></g></script></g>",
        "<g onload=\"evil()\"/>",
        "<g OnLoad='evil()'/>",
        "<a href=\"javascript:evil()\"><text>evil</text></a>",
        "<a xlink:href=\"http://evil\"><text>evil</text></a>",
        "<use href=\"http://evil#x\"/>",
        "<use xlink:href=\"data:evil\"/>",
        "<image href=\"evil.png\"/>",
        "<foreignObject><iframe src=\"evil\"/></foreignObject>",
        "<style>@import 'evil'</style>",
        "<g style=\"fill:url(evil)\"/>",
        "<g style=\"fill:u\\72l(evil)\"/>",
        "<g fill=\"url(evil)\"/>",
        "<g fill=\"URL(&quot;evil&quot;)\"/>",
        "<g fill=\"url(#x) url(evil)\"/>",
        "<g fill=\"url(#x&quot; evil=&quot;)\"/>",
        "<g filter=\"u&#x72;l(evil)\"/>",
        "<animate attributeName=\"href\" to=\"javascript:evil()\"/>",
        "<set attributeName=\"onload\" to=\"evil()\"/>",
        "<g id=\"evil&quot; onload=&quot;evil()\"/>",
        "<g class=\"evil\"/>",
        "<svg onload=\"evil()\"><text>evil</text></svg>",
        "<?evil evil()?>",
        "<!-- evil -->",
    };
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        char svg[1024];
        snprintf(svg, sizeof svg,
                 "<svg onload=\"evil()\" viewBox=\"0 0 1 1\">%s<text>kept</text></svg>",
                 planted[i]);
        struct svg_figure figure = taken(svg);
        if (strstr(figure.markup, "evil") != NULL)
            fprintf(stderr, "of %s there is left: %s\n", planted[i], figure.markup);
        EXPECT(strstr(figure.markup, "evil") == NULL);
        EXPECT(strstr(figure.markup, "<text>kept</text>") != NULL);
        svg_figure_free(&figure);
    }
    struct svg_figure figure =
        taken("<svg viewBox=\"0 0 1 1&quot; onload=&quot;x\"><text font-size='9'>&lt;/title&gt;"
              "&lt;script&gt;</text></svg>");
    EXPECT_STR(figure.title, "</title><script>");
    EXPECT(strstr(figure.markup, "onload") == NULL);
    EXPECT(strstr(figure.markup, "<script") == NULL);
    EXPECT(strstr(figure.markup, "&lt;script&gt;") != NULL);
    svg_figure_free(&figure);
}

/* What is no whole SVG is refused, with nothing half made. */
static void test_broken(void)
{
    static const char *const wrong[] = {
        "",
        "no picture",
        "<svg>",
        "<svg><g></svg>",
        "<svg></g></svg>",
        "<svg></svg></svg>",
        "<svg></svg><svg></svg>",
        "<svg></svg>more",
        "<html></html>",
        "<svg><g a></g></svg>",
        "<svg><g a=b></g></svg>",
        "<svg><g a=\"b></g></svg>",
        "<svg><g a=\"1\" a=\"2\"/></svg>",
        "<svg><g a=\"1\"b=\"2\"/></svg>",
        "<svg><g a=\"<\"/></svg>",
        "<svg>&</svg>",
        "<svg>&nbsp;</svg>",
        "<svg>&#0;</svg>",
        "<svg>&#x1b;</svg>",
        "<svg>&#xd800;</svg>",
        "<svg>&#-60;</svg>",
        "<svg>\x01</svg>",
        "<svg><1/></svg>",
        "<svg>< g/></svg>",
        "<svg><!-- </svg>",
        "<svg><![CDATA[<script>]]></svg>",
        "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg>&a;</svg>",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = {.text = ""};
        struct svg_figure figure;
        const int result = svg_inline(wrong[i], "f1-", "", &figure, &error);
        if (result == 0)
            fprintf(stderr, "taken: %s\n", wrong[i]);
        EXPECT_INT(result, -1);
        EXPECT(error.text[0] != '\0');
        EXPECT(figure.markup == NULL && figure.title == NULL);
    }
    char deep[2048] = "<svg>";
    for (size_t i = 0; i < 100; i++)
        strcat(deep, "<g>");
    struct error error = {.text = ""};
    struct svg_figure figure;
    EXPECT_INT(svg_inline(deep, "f1-", "", &figure, &error), -1);
    EXPECT_STR(error.text, "line 1: elements are nested too deep");
}

int main(void)
{
    test_gnuplot();
    test_hostile();
    test_broken();
    return check_result();
}
