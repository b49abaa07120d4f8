// Nothing but itself closes what lies over a page: WeChat's back leaves the page.
export const onDismiss = (_close: () => void) => () => undefined as void;
