/* keys.js - shortcuts, as an addition only: every act is also a link or a button. Switched off by the server leaving this file out.
   "/" search, "g" then a letter to go, "j" "k" "Enter" in tables and lists, "?" for the list. */
(function () {
  'use strict';
  var go = null, at = -1;
  function typing(e) {
    var t = e.target;
    return e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(t.tagName) || t.isContentEditable;
  }
  function rows() {
    return Array.prototype.slice.call(document.querySelectorAll('main .lt-first h2 a, main .lt-tbl tbody th a, main .lt-list > li a'));
  }
  function step(by) {
    var r = rows();
    if (!r.length) return;
    at = Math.max(0, Math.min(r.length - 1, at + by));
    r[at].focus();
  }
  document.addEventListener('keydown', function (e) {
    var link, menu;
    if (e.key === 'Escape' && (menu = document.querySelector('details.lt-menu[open]'))) {
      menu.open = false;
      menu.querySelector('summary').focus();
      return;
    }
    if (typing(e)) return;
    if (go) {
      clearTimeout(go);
      go = null;
      link = document.querySelector('[data-go="' + (/^[a-z]$/.test(e.key) ? e.key : '') + '"]');
      if (link) { e.preventDefault(); location.href = link.getAttribute('href'); }
      return;
    }
    if (e.key === '/') {
      link = document.getElementById('q');
      if (link && link.offsetParent) { e.preventDefault(); link.focus(); }
    } else if (e.key === 'g') {
      go = setTimeout(function () { go = null; }, 1500);
    } else if (e.key === 'j') {
      step(1);
    } else if (e.key === 'k') {
      step(-1);
    } else if (e.key === '?') {
      link = document.querySelector('[data-go="help"]');
      if (link) location.href = link.getAttribute('href');
    }
  });
})();
