// Selecting rows of the list: all of them, a range with the shift key, and how many
// there are. The boxes and buttons work without this file.
'use strict';

(() => {
  const form = document.getElementById('bulk');
  const body = form.querySelector('tbody');
  const picked = document.getElementById('picked');
  const buttons = form.querySelectorAll('.bulk button');
  const head = form.querySelector('thead .position');
  const all = document.createElement('input');
  let last = null; // the row that was selected or not last, by its number

  const boxes = () => [...body.querySelectorAll('.position input')];

  function count() {
    const rows = boxes();
    const n = rows.filter((box) => box.checked).length;
    const text = picked.dataset.text.replace('{n}', n);
    if (picked.textContent !== text) picked.textContent = text;
    // One that is disabled would lose the focus.
    for (const button of buttons) button.disabled = n === 0 && button !== document.activeElement;
    all.checked = n > 0 && n === rows.length;
    all.indeterminate = n > 0 && n < rows.length;
    all.disabled = rows.length === 0;
  }

  function select(event) {
    const box = event.target;
    if (!box.matches('.position input')) return;
    const rows = boxes();
    const from = rows.findIndex(({ value }) => value === last);
    const to = rows.indexOf(box);
    if (event.shiftKey && from >= 0) {
      for (const other of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) {
        other.checked = box.checked;
      }
    }
    last = box.value;
    count();
  }

  all.type = 'checkbox';
  all.setAttribute('aria-label', head.dataset.all);
  all.addEventListener('change', () => {
    for (const box of boxes()) box.checked = all.checked;
    count();
  });
  head.prepend(all);
  body.addEventListener('click', select);
  // Enter would press the first button.
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.type === 'checkbox') event.preventDefault();
  });
  form.addEventListener('focusout', count);
  new MutationObserver(count).observe(body, { childList: true });
  // A page that comes back from the browser's memory may have its boxes checked.
  addEventListener('pageshow', count);
  count();
})();
