// Sorts tables by a column and filters their rows. The page is whole without it. It is XML too, so
// that its tests can read it: here is no ampersand and no sign for less.
(function () {
  'use strict';

  function text(row, index) { return row.cells[index].textContent.trim(); }

  // Numbers by the first number of the cell; what has none comes last, whichever the direction.
  function compare(byNumber, sign) {
    return function (a, b) {
      if (!byNumber)
        return sign * a.key.localeCompare(b.key, 'en', { numeric: true }) || a.at - b.at;
      var x = parseFloat(a.key), y = parseFloat(b.key);
      if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y) || a.at - b.at;
      return sign * (x - y) || a.at - b.at;
    };
  }

  function sort(head) {
    var index = head.cellIndex, down = head.getAttribute('aria-sort') === 'ascending';
    var body = head.closest('table').tBodies[0];
    var rows = Array.prototype.map.call(body.rows, function (row, at) {
      return { row: row, at: at, key: text(row, index) };
    });
    rows.sort(compare(head.dataset.by === 'number', down ? -1 : 1));
    rows.forEach(function (item) { body.appendChild(item.row); });
    Array.prototype.forEach.call(head.parentNode.cells, function (other) {
      other.removeAttribute('aria-sort');
    });
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  }

  function makeSortable(head) {
    var button = document.createElement('button');
    button.type = 'button';
    while (head.firstChild) button.appendChild(head.firstChild);
    button.addEventListener('click', function () { sort(head); });
    head.appendChild(button);
  }

  function filter(section, words, output) {
    var shown = 0, all = 0;
    section.querySelectorAll('tbody tr').forEach(function (row) {
      if (row.words === undefined) {
        var group = row.closest('[data-group]');
        row.words = ((group ? group.dataset.group + '/' : '') +
          Array.prototype.map.call(row.cells, function (cell) { return cell.textContent; })
            .join(' ')).toLowerCase();
      }
      row.hidden = !words.every(function (word) { return row.words.indexOf(word) >= 0; });
      shown += row.hidden ? 0 : 1;
      all += 1;
    });
    section.querySelectorAll('[data-group]').forEach(function (group) {
      group.hidden = !group.querySelector('tbody tr:not([hidden])');
    });
    output.textContent = words.length ? shown + ' of ' + all + ' rows' : '';
  }

  function makeFilter(section) {
    var line = document.createElement('div'), label = document.createElement('label');
    var input = document.createElement('input'), output = document.createElement('output');
    line.className = 'filter';
    input.type = 'search';
    input.id = 'filter-' + section.id;
    input.placeholder = section.dataset.filter;
    label.htmlFor = input.id;
    label.textContent = 'Rows with all of these words';
    output.setAttribute('aria-live', 'polite');
    input.addEventListener('input', function () {
      filter(section, input.value.toLowerCase().split(/\s+/).filter(Boolean), output);
    });
    line.append(label, input, output);
    section.insertBefore(line, section.querySelector('.box, [data-group]'));
  }

  document.querySelectorAll('thead th').forEach(makeSortable);
  document.querySelectorAll('[data-filter]').forEach(makeFilter);
})();
