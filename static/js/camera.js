// A new photo from where the old one was taken: the old one lies translucent over the camera's picture.

import { canvasOf } from "./picture.js";

const WANTED = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } } };

// `addresses`: of the old photos. Resolves to a canvas, to null, or to "refused" where there is no camera.
export async function compare(addresses, dialog) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(WANTED);
  } catch {
    return "refused";
  }
  const video = dialog.querySelector("video");
  video.srcObject = stream;
  try {
    return await shoot(video, addresses, dialog);
  } finally {
    video.srcObject = null;
    for (const track of stream.getTracks()) track.stop();
  }
}

function shoot(video, addresses, dialog) {
  const old = dialog.querySelector("img");
  const strength = dialog.querySelector("[type=range]");
  const other = dialog.querySelector("[data-other]");
  const listening = new AbortController();
  const on = (target, name, act) => target.addEventListener(name, act, { signal: listening.signal });
  let shown = 0;
  const show = () => {
    old.src = addresses[shown % addresses.length];
    old.style.opacity = strength.value / 100;
  };
  other.hidden = addresses.length < 2;
  show();
  return new Promise((done) => {
    const end = (result) => {
      listening.abort();
      if (dialog.open) dialog.close();
      done(result);
    };
    on(strength, "input", show);
    on(other, "click", () => {
      shown += 1;
      show();
    });
    // Before the first picture there is nothing to take.
    on(dialog.querySelector("[data-shoot]"), "click", () => video.videoWidth && end(canvasOf(video)));
    on(dialog.querySelector("[data-close]"), "click", () => end(null));
    on(dialog, "close", () => end(null));
    dialog.showModal();
    video.play().catch(() => end("refused"));
  });
}
