// Passkeys: buttons appear where the browser can, and a failure is said in words. allauth's own scripts do the rest.
"use strict";

(() => {
  const chinese = document.documentElement.lang.startsWith("zh");
  const can = Boolean(window.PublicKeyCredential);
  for (const button of document.querySelectorAll("[data-passkey]")) button.hidden = !can;
  for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = can;

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const note = document.querySelector("[data-passkey-error]");
    if (!note) return;
    note.textContent = chinese
      ? "没有完成：可能已取消、超时，或这台设备上没有对应的通行密钥。请再试一次，或改用其他方式。"
      : "Not completed: it was cancelled, took too long, or this device has no such passkey. Try again or another way.";
    note.hidden = false;
  });
})();
