// Stylesheets, as seen by tests.
export default {};
