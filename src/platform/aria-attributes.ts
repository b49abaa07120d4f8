// Attributes for screen readers that Taro's own templates of WeChat leave out. Named once for the templates (build) and for the
// runtime, since both number attributes by their sorted names.
export const ariaAttributes = {
  View: { 'aria-role': '', 'aria-label': '' },
  Button: { 'aria-role': '', 'aria-label': '' },
  Image: { 'aria-label': '' },
  Input: { 'aria-label': '' },
  Textarea: { 'aria-label': '' },
};
