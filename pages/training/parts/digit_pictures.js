// Images of digits as a network sees them, 28 by 28 bytes.

import { h } from "../../components/frontend/sync.js";

const painted = new WeakMap(); // element → the pictures as it shows them

/**
 * Show pictures of 28 by 28 pixels; those that are there already are not painted again.
 *
 * @param {Element} parent holds nothing else
 * @param {{caption: string, pixels: string}[]} pictures `pixels` are bytes in base64, 0 is black
 */
export function showPictures(parent, pictures) {
  const wanted = JSON.stringify(pictures);
  if (painted.get(parent) === wanted) return;
  painted.set(parent, wanted);
  while (parent.children.length > pictures.length) parent.lastChild.remove();
  pictures.forEach(({ caption, pixels }, index) => {
    if (!parent.children[index]) {
      const picture = h("canvas", { width: 28, height: 28, role: "img" });
      parent.append(h("figure", {}, picture, h("figcaption", {})));
    }
    const [picture, words] = parent.children[index].children;
    picture.setAttribute("aria-label", `${caption}, 28 by 28 pixels`);
    words.textContent = caption;
    paintDigit(picture, bytesOf(pixels));
  });
}

/** The bytes that are written in base64. */
export function bytesOf(encoded) {
  return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
}

/** A picture of 28 by 28 bytes, of which the text beside it tells what it shows. */
export function digitPicture(bytes) {
  const canvas = h("canvas", { width: 28, height: 28, "aria-hidden": "true" });
  paintDigit(canvas, bytes);
  return canvas;
}

/** Paint 28 by 28 bytes: white strokes on black in both themes, as the images are. */
function paintDigit(canvas, bytes) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  bytes.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  context.putImageData(image, 0, 0);
}
