/** Bar heights in px: the highest value fills the room, anything above zero is still seen. */
export function barHeights(values: readonly number[], roomPx: number): number[] {
  const most = Math.max(0, ...values);
  return values.map((value) => (value <= 0 || most === 0 ? 2 : Math.max(6, Math.round((value / most) * roomPx))));
}
