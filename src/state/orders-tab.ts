// Which tab of the orders page a shortcut asked for: tabs of the app take no parameters.
export type OrdersTab = 'all' | 'unpaid' | 'forming' | 'usable' | 'used' | 'refund';

let wanted: OrdersTab | null = null;

export function wantOrdersTab(tab: OrdersTab): void {
  wanted = tab;
}

/** Once. */
export function takeOrdersTab(): OrdersTab | null {
  const tab = wanted;
  wanted = null;
  return tab;
}
