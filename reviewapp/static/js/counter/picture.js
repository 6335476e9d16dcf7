// Pictures are shrunk before they are kept: quick to send on a weak network, still sharp enough to be read.
// The browser's own decoder and canvas do it; libraries for it start workers from blobs, which the content policy forbids.

const LONGEST_EDGE = 2400;
const QUALITY = 0.85;
const LARGEST_FILE = 25 * 1024 * 1024;

// A JPEG without the camera's notes (where, when); what the browser cannot decode (HEIC) goes as it is.
export async function shrunk(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    if (file.size === 0 || file.size > LARGEST_FILE) throw new Error("这张照片打不开或太大。请用普通拍照模式重新拍一张。");
    return file;
  }
  const canvas = draw(picture, Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height)));
  picture.close();
  const jpeg = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!jpeg) throw new Error("设备内存不足，这张照片没能处理。请关闭其他程序后重新拍一张。");
  return jpeg;
}

function draw(picture, factor) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * factor);
  canvas.height = Math.round(picture.height * factor);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}
