// What happens to a picture on the device: upright, smaller, without metadata; its small copy and its SHA-256.

const LONG_EDGE = 1600;
const QUALITY = 0.75;
const SMALL_EDGE = 320;
const MOST_SMALL = 44 * 1024;

export const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

// The digest as 64 hexadecimal digits; plain HTTP has no crypto.subtle, so there it is counted out by hand.
export async function digest(bytes) {
  if (crypto.subtle) return hex(await crypto.subtle.digest("SHA-256", bytes));
  const { sha256 } = await import("./sha256.js");
  return sha256(bytes);
}

export function canvasOf(source, edge = LONG_EDGE) {
  const [width, height] = [source.videoWidth || source.width, source.videoHeight || source.height];
  const scale = Math.min(1, edge / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

export async function encode(canvas, quality = QUALITY) {
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  if (!blob) throw new Error("the canvas gives no JPEG");
  return blob.arrayBuffer();
}

async function small(canvas) {
  const picture = canvasOf(canvas, SMALL_EDGE);
  for (const quality of [0.6, 0.4, 0.2]) {
    const bytes = await encode(picture, quality);
    if (bytes.byteLength <= MOST_SMALL || quality === 0.2) return bytes;
  }
  return null;
}

// What this browser cannot read is no photo to it; the server could not read it either.
export class Unreadable extends Error {}

// {bytes, thumbnail} of a file, a blob or a canvas.
export async function shrink(source) {
  if (source instanceof HTMLCanvasElement) return both(source);
  let picture;
  try {
    picture = await createImageBitmap(source, { imageOrientation: "from-image" });
  } catch (error) {
    throw new Unreadable("not a picture", { cause: error });
  }
  const canvas = canvasOf(picture);
  picture.close();
  return both(canvas);
}

async function both(canvas) {
  return { bytes: await encode(canvas), thumbnail: await small(canvas) };
}

export function base64(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
