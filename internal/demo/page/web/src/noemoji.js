// Stands for node-emoji, which the renderer asks first: here its own list of
// Slack's names decides, and a name that is not on it stays as it is.
export const emojify = (text, { fallback } = {}) => text.replace(/^:(.+):$/, (whole, name) => {
  const face = fallback?.(name) ?? name;
  return face === name ? whole : face;
});
