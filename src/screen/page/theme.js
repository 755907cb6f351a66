/** The colours of the page, and what spares the display of a hall. */

const DRIFT_MS = 60_000;
// Pixels from the place in the middle; slow, small, and back again.
const drifts = [0, 0, 3, 0, 6, 2, 6, 5, 3, 6, 0, 6, -3, 4, -6, 2, -6, -2, -3, -5, 0, -3];

/** @param {import('./settings.js').Theme | undefined} wanted */
export function applyTheme(wanted) {
  const { dataset } = document.documentElement;
  const light = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    dataset.theme = wanted ?? (light.matches ? 'light' : 'dark');
  };
  apply();
  if (wanted === undefined) light.addEventListener('change', apply);
  if (wanted === 'hall') drift();
}

/** No pixel shows the same edge for a whole day. Steps, not movements: nobody sees them. */
function drift() {
  const { style } = document.documentElement;
  let step = 0;
  setInterval(() => {
    step = (step + 2) % drifts.length;
    style.setProperty('--drift-x', `${drifts[step]}px`);
    style.setProperty('--drift-y', `${drifts[step + 1]}px`);
  }, DRIFT_MS);
}
