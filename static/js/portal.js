// Enhancements only: every journey works without this file. No dependencies.
"use strict";

(() => {
  const root = document.documentElement;
  const chinese = root.lang.startsWith("zh");
  const say = (zh, en) => (chinese ? zh : en);
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // Characters as people and the server count them: a rare Han character is one, a line end is one.
  const length = (text) => Array.from(text.replace(/\r\n/g, "\n")).length;

  function counters() {
    for (const field of all("[data-count]")) {
      const limit = Number(field.dataset.count);
      const note = document.createElement("p");
      note.className = "counter";
      field.after(note);
      let timer;
      const show = () => {
        const left = limit - length(field.value);
        note.classList.toggle("over", left < 0);
        note.textContent = left < 0
          ? say(`已超出 ${-left} 字，请删减后再提交`, `${-left} characters too many`)
          : say(`还可以写 ${left} 字`, `${left} characters left`);
        // Spoken only near the end, and only when typing pauses.
        clearTimeout(timer);
        if (left < limit / 10) timer = setTimeout(() => note.setAttribute("role", "status"), 800);
      };
      field.addEventListener("input", show);
      show();
    }
  }

  function focusErrors() {
    const summary = document.querySelector("[data-focus]");
    if (summary) summary.focus();
  }

  // A second press while the first is under way is swallowed; the server has its own one-time key.
  function submitOnce() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.method !== "post") return;
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      for (const button of all("button:not([type=button])", form)) button.setAttribute("aria-disabled", "true");
    });
    // Coming back with the back button finds the form usable again.
    window.addEventListener("pageshow", () => {
      for (const form of all("form[data-sent]")) {
        delete form.dataset.sent;
        for (const button of all("[aria-disabled]", form)) button.removeAttribute("aria-disabled");
      }
    });
  }

  // <form data-autosave="/address/"> posts its fields there a few seconds after the last key.
  // Answer 204 or 2xx: saved. Anything else: said, and tried again with the next change or the next minute.
  function autosave() {
    for (const form of all("form[data-autosave]")) {
      const note = form.querySelector("[data-saved]") || form.appendChild(document.createElement("p"));
      note.classList.add("saved");
      note.setAttribute("role", "status");
      let timer;
      let last = words(form);
      const save = async () => {
        const now = words(form);
        if (now === last || form.dataset.sent) return;
        try {
          const body = new FormData(form);
          for (const input of all("input[type=file]", form)) body.delete(input.name);
          const answer = await fetch(form.dataset.autosave, {
            method: "POST", body, credentials: "same-origin", headers: { "X-Requested-With": "autosave" },
          });
          if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
          last = now;
          form.dispatchEvent(new CustomEvent("portal:saved"));
          const at = new Date();
          const clock = `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
          note.textContent = say(`草稿已于 ${clock} 自动保存`, `Draft saved at ${clock}`);
        } catch {
          note.textContent = say("暂时未能自动保存，您写的内容仍在本页，请先不要关闭", "Not saved yet; your words are still on this page");
          clearTimeout(timer);
          timer = setTimeout(save, 60000);
        }
      };
      form.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(save, 3000);
      });
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden") save();
      });
    }
  }

  const words = (form) => JSON.stringify(
    Array.from(new FormData(form)).map(([name, value]) => [name, typeof value === "string" ? value : value.name]),
  );

  // <form data-guard>: leaving with unsaved words asks first.
  function guard() {
    for (const form of all("form[data-guard], form[data-autosave]")) {
      let first = words(form);
      form.addEventListener("portal:saved", () => { first = words(form); });
      window.addEventListener("beforeunload", (event) => {
        if (!form.dataset.sent && words(form) !== first) event.preventDefault();
      });
    }
  }

  // <ul data-keys>: j and k walk the rows, Enter opens the row's first link.
  function keys() {
    const list = document.querySelector("[data-keys]");
    if (!list) return;
    const rows = all(".row, tbody tr", list);
    let at = -1;
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select, [contenteditable]");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "j" || event.key === "k") {
        const next = Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)));
        rows[at]?.classList.remove("current");
        at = next;
        rows[at]?.classList.add("current");
        const link = rows[at]?.querySelector("a[href]");
        link?.focus();
        event.preventDefault();
      }
    });
  }

  // One sentence at a time: some engines stop a long utterance after fifteen seconds.
  function readAloud() {
    const speech = window.speechSynthesis;
    if (!speech || !window.SpeechSynthesisUtterance) return;
    for (const button of all("[data-read-aloud]")) {
      const target = document.querySelector(button.dataset.readAloud);
      if (!target) continue;
      const label = button.textContent;
      let reading = 0;
      const stop = () => {
        reading += 1;
        speech.cancel();
        button.textContent = label;
        button.setAttribute("aria-pressed", "false");
      };
      const start = () => {
        speech.cancel();
        const turn = ++reading;
        const sentences = target.innerText.match(/[^。！？；\n]+[。！？；\n]?/g) || [];
        const next = () => {
          if (turn !== reading) return;
          const text = sentences.shift();
          if (text === undefined) {
            stop();
            return;
          }
          const utterance = new SpeechSynthesisUtterance(text);
          utterance.lang = root.lang;
          utterance.rate = root.dataset.mode === "elder" ? 0.85 : 1;
          utterance.onend = next;
          utterance.onerror = stop;
          speech.speak(utterance);
        };
        button.textContent = button.dataset.stop;
        button.setAttribute("aria-pressed", "true");
        next();
      };
      button.hidden = false;
      button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? stop() : start()));
      window.addEventListener("pagehide", stop);
    }
  }

  function printing() {
    for (const button of all("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  }

  counters();
  focusErrors();
  autosave();
  guard();
  submitOnce();
  keys();
  readAloud();
  printing();
})();
