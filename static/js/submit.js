// A long select gets a field that narrows it by name, pinyin or initials. Without this file the select stays whole.
"use strict";

(() => {
  const chinese = document.documentElement.lang.startsWith("zh");
  const say = (zh, en) => (chinese ? zh : en);

  function searchable(select) {
    const whole = Array.from(select.children, (child) => child.cloneNode(true));
    const field = document.createElement("input");
    const label = document.createElement("label");
    const note = document.createElement("p");
    const box = document.createElement("div");
    field.type = "text";
    field.id = `${select.id}_search`;
    field.autocomplete = "off";
    field.spellcheck = false;
    label.htmlFor = field.id;
    label.textContent = say("输入名称或拼音首字母查找", "Find by name, pinyin or initials");
    note.className = "hint";
    note.setAttribute("role", "status");
    box.className = "narrowing";
    box.append(label, field, note);
    select.before(box);

    const matches = (option, wanted) =>
      option.value && `${option.dataset.words || ""} ${option.textContent}`.toLowerCase().includes(wanted);

    const draw = () => {
      const wanted = field.value.trim().toLowerCase().replace(/[\s'’]/g, "");
      const chosen = select.value;
      const kept = whole.map((child) => {
        const copy = child.cloneNode(true);
        if (!wanted) return copy;
        if (copy.tagName !== "OPTGROUP") return matches(copy, wanted) || !copy.value ? copy : null;
        for (const option of Array.from(copy.children)) {
          if (!matches(option, wanted) && option.value !== chosen) option.remove();
        }
        return copy.children.length ? copy : null;
      });
      select.replaceChildren(...kept.filter(Boolean));
      select.value = chosen;
      if (select.selectedIndex < 0) select.selectedIndex = 0;
      const hits = Array.from(select.options).filter((option) => wanted && matches(option, wanted));
      if (hits.length === 1) select.value = hits[0].value;
      note.textContent = !wanted ? "" : hits.length === 1
        ? say(`已选：${hits[0].textContent}`, `Chosen: ${hits[0].textContent}`)
        : hits.length
          ? say(`找到 ${hits.length} 个，请在下面选择`, `${hits.length} found, choose below`)
          : say("没有找到，换一个写法试试", "Nothing found");
    };
    let timer;
    field.addEventListener("input", (event) => {
      // The search itself is not part of the draft.
      event.stopPropagation();
      clearTimeout(timer);
      timer = setTimeout(() => {
        draw();
        select.dispatchEvent(new Event("input", { bubbles: true }));
      }, 150);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        clearTimeout(timer);
        draw();
        select.focus();
      }
    });
  }

  for (const select of document.querySelectorAll("select[data-searchable]")) searchable(select);
})();
