// Draws the shared picture: 274 × 442 pt at three times the size. The promotion line is always there: a friend must see that the
// sharer earns.

export const POSTER = { width: 274, height: 442, scale: 3 } as const;

const ART_HEIGHT = 186;
const PAD = 16;
const RADIUS = 18;
const FONT = '-apple-system, "PingFang SC", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const INK = { text: '#171C19', second: '#52574F', third: '#666B63', price: '#C8410F', line: '#D9DAD3', pine: '#0A3B2F', persimmon: '#EA5B25', leaf: '#12604C', tint: '#FFF3EC', mist: '#EDF5F1' };

export interface PosterWords {
  invites: string;
  title: string;
  shop: string;
  /** without ¥: 118 and .50 or '' */
  priceInteger: string;
  priceDecimals: string;
  friendPrice: string;
  singlePrice: string;
  saves: string;
  /** of a group, in place of `saves` */
  seats: string;
  appName: string;
  hint: string;
  until: string;
  promo: string;
}

export interface PosterImages {
  art: CanvasImageSource | null;
  avatar: CanvasImageSource | null;
  /** a ready-made code, or rows of a QR code to draw */
  code: CanvasImageSource | boolean[][];
  /** who paid, and how many places there are in all; 0 without a group */
  faces: (CanvasImageSource | null)[];
  places: number;
}

type Ctx = CanvasRenderingContext2D;

export function drawPoster(ctx: Ctx, words: PosterWords, images: PosterImages): void {
  ctx.save();
  ctx.scale(POSTER.scale, POSTER.scale);
  ctx.clearRect(0, 0, POSTER.width, POSTER.height);
  roundRect(ctx, 0, 0, POSTER.width, POSTER.height, RADIUS);
  ctx.clip();
  ctx.fillStyle = '#fff';
  ctx.fillRect(0, 0, POSTER.width, POSTER.height);
  ctx.textBaseline = 'middle';
  drawArt(ctx, images.art);
  drawInviter(ctx, words.invites, images.avatar);
  drawOffer(ctx, words, images);
  drawFoot(ctx, words, images.code);
  ctx.restore();
  cutNotches(ctx);
}

function drawArt(ctx: Ctx, art: CanvasImageSource | null): void {
  ctx.fillStyle = INK.pine;
  ctx.fillRect(0, 0, POSTER.width, ART_HEIGHT);
  if (!art) return;
  const { width = 400, height = 300 } = art as { width?: number; height?: number };
  const scale = Math.max(POSTER.width / (width || 400), ART_HEIGHT / (height || 300));
  const [w, h] = [(width || 400) * scale, (height || 300) * scale];
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, POSTER.width, ART_HEIGHT);
  ctx.clip();
  ctx.drawImage(art, (POSTER.width - w) / 2, (ART_HEIGHT - h) / 2, w, h);
  ctx.restore();
}

function drawInviter(ctx: Ctx, invites: string, avatar: CanvasImageSource | null): void {
  ctx.font = `500 11px ${FONT}`;
  const text = fit(ctx, invites, 170);
  const width = ctx.measureText(text).width + (avatar ? 39 : 20);
  ctx.fillStyle = 'rgba(255,255,255,0.94)';
  roundRect(ctx, 12, 12, width, 26, 13);
  ctx.fill();
  if (avatar) {
    ctx.save();
    ctx.beginPath();
    ctx.arc(25, 25, 10, 0, Math.PI * 2);
    ctx.clip();
    ctx.drawImage(avatar, 15, 15, 20, 20);
    ctx.restore();
  }
  ctx.fillStyle = INK.text;
  ctx.fillText(text, avatar ? 41 : 22, 25.5);
}

function drawOffer(ctx: Ctx, words: PosterWords, images: PosterImages): void {
  const room = POSTER.width - PAD * 2;
  const isLong = drawTitle(ctx, words.title, room);
  write(ctx, words.shop, PAD, isLong ? 243 : 234, `400 12px ${FONT}`, INK.second, room);
  ctx.textBaseline = 'alphabetic';
  let x = write(ctx, '¥', PAD, 280, `600 17px ${FONT}`, INK.price) + 1;
  x += write(ctx, words.priceInteger, PAD + x, 280, `700 30px ${FONT}`, INK.price);
  x += write(ctx, words.priceDecimals, PAD + x, 280, `600 17px ${FONT}`, INK.price) + 6;
  x += write(ctx, words.friendPrice, PAD + x, 280, `400 12px ${FONT}`, INK.second) + 8;
  write(ctx, words.singlePrice, PAD + x, 280, `400 12px ${FONT}`, INK.third, room - x);
  ctx.textBaseline = 'middle';
  const used = words.seats ? drawSeats(ctx, images) : 0;
  write(ctx, words.seats || words.saves, PAD + used, 307, `500 12px ${FONT}`, INK.price, room - used);
}

/** One large line, else two smaller ones: forty Chinese characters lack their last ten. true: two. */
function drawTitle(ctx: Ctx, title: string, room: number): boolean {
  ctx.font = `600 18px ${FONT}`;
  const isLong = ctx.measureText(title).width > room;
  if (!isLong) write(ctx, title, PAD, 212, ctx.font, INK.text);
  else {
    const small = `600 15px ${FONT}`;
    ctx.font = small;
    const first = fit(ctx, title, room, '');
    write(ctx, first, PAD, 204, small, INK.text);
    write(ctx, title.slice(first.length).trim(), PAD, 224, small, INK.text, room);
  }
  return isLong;
}

const SEAT = 26;
const SEATS_MOST = 4;

/** Faces of who paid, overlapping, then free places; of a big table as many as fit. Returns the room they took. */
function drawSeats(ctx: Ctx, { faces, places }: PosterImages): number {
  const free = places - faces.length;
  const shown = Math.min(places, SEATS_MOST);
  const joined = Math.min(faces.length, free > 0 ? shown - 1 : shown);
  for (let i = 0; i < shown; i += 1) {
    const x = PAD + SEAT / 2 + i * (SEAT - 6);
    ctx.save();
    circle(ctx, x, 307, SEAT / 2);
    ctx.fillStyle = i < joined ? '#fff' : INK.tint;
    ctx.fill();
    if (i < joined) drawFace(ctx, faces[i] ?? null, x);
    else drawFree(ctx, x);
    ctx.restore();
  }
  return SEAT + (shown - 1) * (SEAT - 6) + 8;
}

function drawFace(ctx: Ctx, face: CanvasImageSource | null, x: number): void {
  circle(ctx, x, 307, SEAT / 2 - 2);
  ctx.fillStyle = INK.mist;
  ctx.fill();
  ctx.clip();
  if (face) ctx.drawImage(face, x - SEAT / 2 + 2, 307 - SEAT / 2 + 2, SEAT - 4, SEAT - 4);
}

function drawFree(ctx: Ctx, x: number): void {
  ctx.strokeStyle = INK.persimmon;
  ctx.lineWidth = 1.5;
  ctx.setLineDash([3, 2.5]);
  circle(ctx, x, 307, SEAT / 2 - 1);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.moveTo(x - 4, 307);
  ctx.lineTo(x + 4, 307);
  ctx.moveTo(x, 303);
  ctx.lineTo(x, 311);
  ctx.stroke();
}

function circle(ctx: Ctx, x: number, y: number, radius: number): void {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, Math.PI * 2);
}

function drawFoot(ctx: Ctx, words: PosterWords, code: PosterImages['code']): void {
  ctx.strokeStyle = INK.line;
  ctx.lineWidth = 1.5;
  ctx.setLineDash([4, 3]);
  ctx.beginPath();
  ctx.moveTo(18, 340);
  ctx.lineTo(POSTER.width - 18, 340);
  ctx.stroke();
  ctx.setLineDash([]);
  drawCode(ctx, code, PAD, 360, 64);
  const x = PAD + 64 + 12;
  const room = POSTER.width - x - 12;
  drawLogo(ctx, x + 9, 365, 9);
  write(ctx, words.appName, x + 24, 365.5, `600 13px ${FONT}`, INK.text);
  write(ctx, words.hint, x, 386, `400 12px ${FONT}`, INK.second, room);
  write(ctx, words.until, x, 403, `400 11px ${FONT}`, INK.third, room);
  write(ctx, words.promo, x, 419, `400 11px ${FONT}`, INK.third, room);
}

function drawCode(ctx: Ctx, code: PosterImages['code'], x: number, y: number, size: number): void {
  if (!Array.isArray(code)) {
    ctx.drawImage(code, x, y, size, size);
    return;
  }
  const unit = size / code.length;
  ctx.fillStyle = INK.text;
  code.forEach((row, j) => row.forEach((dark, i) => {
    // A hair wider than its cell, so that no seams show between neighbours.
    if (dark) ctx.fillRect(x + i * unit, y + j * unit, unit + 0.05, unit + 0.05);
  }));
}

/** The persimmon from above. */
function drawLogo(ctx: Ctx, x: number, y: number, radius: number): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(radius / 15, radius / 15);
  ctx.fillStyle = INK.persimmon;
  disc(ctx, 15);
  ctx.fillStyle = INK.leaf;
  for (let i = 0; i < 4; i += 1) {
    ctx.save();
    ctx.rotate(Math.PI / 4 + (i * Math.PI) / 2);
    ctx.beginPath();
    ctx.moveTo(0, 0);
    ctx.bezierCurveTo(-4.5, -3.5, -4.5, -8.5, 0, -10.5);
    ctx.bezierCurveTo(4.5, -8.5, 4.5, -3.5, 0, 0);
    ctx.fill();
    ctx.restore();
  }
  ctx.fillStyle = INK.persimmon;
  disc(ctx, 2.2);
  ctx.restore();
}

function disc(ctx: Ctx, radius: number): void {
  ctx.beginPath();
  ctx.arc(0, 0, radius, 0, Math.PI * 2);
  ctx.fill();
}

/** The ticket's bites are see-through, so that any ground fits. */
function cutNotches(ctx: Ctx): void {
  ctx.save();
  ctx.scale(POSTER.scale, POSTER.scale);
  ctx.globalCompositeOperation = 'destination-out';
  for (const x of [0, POSTER.width]) {
    ctx.beginPath();
    ctx.arc(x, 340, 10, 0, Math.PI * 2);
    ctx.fill();
  }
  ctx.restore();
}

/** Returns the width written. */
function write(ctx: Ctx, text: string, x: number, y: number, font: string, color: string, room?: number): number {
  ctx.font = font;
  ctx.fillStyle = color;
  const shown = room === undefined ? text : fit(ctx, text, room);
  ctx.fillText(shown, x, y);
  return ctx.measureText(shown).width;
}

/** The text, shortened with … to the room. */
export function fit(ctx: Pick<Ctx, 'measureText'>, text: string, room: number, end = '…'): string {
  if (ctx.measureText(text).width <= room) return text;
  const letters = [...text];
  while (letters.length > 0 && ctx.measureText(letters.join('') + end).width > room) letters.pop();
  return letters.join('') + end;
}

function roundRect(ctx: Ctx, x: number, y: number, w: number, h: number, r: number): void {
  ctx.beginPath();
  ctx.moveTo(x + r, y);
  ctx.arcTo(x + w, y, x + w, y + h, r);
  ctx.arcTo(x + w, y + h, x, y + h, r);
  ctx.arcTo(x, y + h, x, y, r);
  ctx.arcTo(x, y, x + w, y, r);
  ctx.closePath();
}
