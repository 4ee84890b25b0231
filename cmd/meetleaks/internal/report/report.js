"use strict";
(function () {
  var table = document.getElementById("meetings");
  if (!table) return;
  var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows), texts = new Map();
  var step = 200, limit = step, folder = "", timer = 0;
  var shown = document.getElementById("shown"), none = document.getElementById("none"), more = document.getElementById("more");
  var form = document.getElementById("filters");
  function value(id) { var e = document.getElementById(id); return e ? e.value : ""; }
  function textOf(row) {
    var text = texts.get(row);
    if (text === undefined) { text = row.textContent.toLowerCase(); texts.set(row, text); }
    return text;
  }
  function words(n) { return n.toLocaleString("en-GB") + (n === 1 ? " meeting" : " meetings"); }
  function apply() {
    var platform = value("platform"), klass = value("class"), level = value("level"), org = value("org"), text = value("text").trim().toLowerCase();
    var matching = 0;
    rows.forEach(function (row) {
      var d = row.dataset;
      var ok = (!platform || d.platform === platform) && (!klass || d.class === klass) && (!level || d.level === level) &&
        (!org || d.org.split("\n").indexOf(org) >= 0) && (!folder || d.folders.indexOf(" " + folder + " ") >= 0) &&
        (!text || textOf(row).indexOf(text) >= 0);
      if (ok) matching++;
      row.hidden = !ok || matching > limit;
    });
    var listed = Math.min(matching, limit);
    shown.textContent = (matching === rows.length ? words(matching) : words(matching) + " of " + rows.length.toLocaleString("en-GB")) +
      (listed < matching ? ", the first " + listed + " shown" : "");
    none.hidden = matching > 0;
    more.hidden = listed === matching;
    press("[data-set-class]", function (e) { return e.dataset.setClass === klass; });
    press("[data-set-folder]", function (e) { return e.dataset.setFolder === folder && folder !== ""; });
  }
  function press(selector, on) {
    document.querySelectorAll(selector).forEach(function (e) { e.setAttribute("aria-pressed", on(e) ? "true" : "false"); });
  }
  function fresh() { limit = step; apply(); }
  function toggle(selector, act) {
    document.querySelectorAll(selector).forEach(function (e) { e.addEventListener("click", function () { act(e); fresh(); }); });
  }
  toggle("[data-set-class]", function (e) {
    var select = document.getElementById("class");
    select.value = select.value === e.dataset.setClass ? "" : e.dataset.setClass;
  });
  toggle("[data-set-folder]", function (e) { folder = folder === e.dataset.setFolder ? "" : e.dataset.setFolder; });
  form.addEventListener("submit", function (e) { e.preventDefault(); });
  form.addEventListener("change", fresh);
  form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(fresh, 120); });
  form.addEventListener("reset", function () { folder = ""; setTimeout(fresh, 0); });
  more.addEventListener("click", function () { limit += step; apply(); });
  function key(row, by) {
    if (by === "risk") return Number(row.dataset.risk);
    if (by === "places") return Number(row.dataset.places);
    return by === "class" ? row.dataset.class : row.cells[2].textContent;
  }
  table.querySelectorAll("[data-sort]").forEach(function (button) {
    button.addEventListener("click", function () {
      var by = button.dataset.sort, head = button.parentNode, number = by === "risk" || by === "places";
      var now = head.getAttribute("aria-sort");
      var down = now ? now === "ascending" : number;
      table.querySelectorAll("th").forEach(function (th) { th.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var keyed = rows.map(function (row, i) { return { row: row, key: key(row, by), i: i }; });
      keyed.sort(function (a, b) {
        var order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        return (down ? -order : order) || a.i - b.i;
      });
      rows = keyed.map(function (k) { return k.row; });
      var all = document.createDocumentFragment();
      rows.forEach(function (row) { all.appendChild(row); });
      body.appendChild(all);
      fresh();
    });
  });
  // A link to the page may name filters: report.html#class=B&level=high
  function address() {
    new URLSearchParams(location.hash.slice(1)).forEach(function (wanted, id) {
      var e = ["text", "platform", "class", "level", "org"].indexOf(id) >= 0 ? document.getElementById(id) : null;
      if (e) e.value = wanted;
    });
    fresh();
  }
  window.addEventListener("hashchange", address);
  address();
})();
