// Writing a reply: rows and passages without leaving the page. Without this file the same buttons save the draft first.
"use strict";

(() => {
  // The next row is a copy of the last with its number raised and nothing in it.
  function more(button) {
    const name = button.dataset.add;
    const rows = button.closest("[data-rows]").querySelectorAll(".reply-row");
    const last = rows[rows.length - 1];
    const at = rows.length;
    const row = last.cloneNode(true);
    for (const extra of row.querySelectorAll(".counter, .field-error")) extra.remove();
    for (const part of row.querySelectorAll(".invalid")) part.classList.remove("invalid");
    for (const part of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const attribute of ["id", "name", "for"]) {
        const value = part.getAttribute(attribute);
        if (value) part.setAttribute(attribute, value.replace(/_\d+(?=$|_)/, `_${at}`));
      }
      part.removeAttribute("aria-describedby");
      part.removeAttribute("aria-invalid");
    }
    for (const field of row.querySelectorAll("input, textarea")) {
      field.value = "";
      field.removeAttribute("value");
    }
    for (const label of row.querySelectorAll("label")) {
      label.textContent = label.textContent.trim().replace(/\d+/, at + 1);
    }
    for (const area of row.querySelectorAll("textarea")) area.textContent = "";
    last.after(row);
    row.querySelector(`[name^="${name}_"]`).focus();
    if (at + 1 >= Number(button.dataset.most)) button.parentNode.remove();
  }

  function insert(form, select) {
    const said = select.selectedOptions[0]?.dataset.text;
    if (!said) {
      select.focus();
      return;
    }
    const target = form.lastWritten?.isConnected ? form.lastWritten : form.elements.text;
    const [start, end] = [target.selectionStart, target.selectionEnd];
    const before = target.value.slice(0, start);
    const gap = before && !before.endsWith("\n") && target === form.elements.text ? "\n" : "";
    target.setRangeText(gap + said, start, end, "end");
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.focus();
  }

  for (const form of document.querySelectorAll(".reply-form")) {
    form.addEventListener("focusin", (event) => {
      if (event.target.matches("textarea")) form.lastWritten = event.target;
    });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-add], [data-insert]");
      if (!button) return;
      event.preventDefault();
      if (button.dataset.add) more(button);
      else insert(form, document.getElementById(button.dataset.insert));
    });
  }
})();
