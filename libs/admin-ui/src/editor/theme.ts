/** Whether the page is shown dark now. */
export function isDark(): boolean {
  const classes = document.documentElement.classList;
  if (classes.contains('dark')) return true;
  return !classes.contains('light') && matchMedia('(prefers-color-scheme: dark)').matches;
}
