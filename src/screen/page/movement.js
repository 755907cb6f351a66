/** How rows move. Only transforms and opacity are animated, and only the newest movement runs. */

/** @typedef {{ left: number, top: number }} Place */

const MOVE_MS = 700;
const FADE_MS = 350;
const GAIN_MS = 2_600;
const EASING = 'cubic-bezier(0.22, 1, 0.36, 1)';

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** Whether nothing should move: it is not wanted, or not seen. */
export const isStill = () => stillness.matches || document.hidden;

/**
 * First, last, invert, play: all places are read before anything is written.
 * @param {readonly { element: HTMLElement, from: Place | undefined, isRising: boolean }[]} rows
 *   `from` is where it was seen; a row without it is new. Those that rise pass in front.
 */
export function glide(rows) {
  for (const { element } of rows) {
    for (const animation of element.getAnimations()) if (isOurs(animation)) animation.cancel();
  }
  const places = rows.map(({ element }) => element.getBoundingClientRect());
  rows.forEach(({ element, from, isRising }, index) => {
    const to = places[index];
    if (from === undefined) appear(element);
    if (from === undefined || to === undefined) return;
    const x = from.left - to.left;
    const y = from.top - to.top;
    if (Math.abs(x) < 1 && Math.abs(y) < 1) return;
    element.classList.toggle('rising', isRising);
    const movement = element.animate(
      [{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }],
      { duration: MOVE_MS, easing: EASING },
    );
    movement.onfinish = () => element.classList.remove('rising');
  });
}

/** Not a transition of the style sheet's. @param {Animation} animation */
const isOurs = (animation) => !('transitionProperty' in animation);

/** @param {HTMLElement} element */
function appear(element) {
  element.animate([{ opacity: 0, transform: 'translateY(40%)' }, { opacity: 1 }], {
    duration: FADE_MS,
    easing: 'ease-out',
  });
}

/** Takes the row out of the flow, where it stands, and out of what is read aloud. @param {HTMLElement} element */
export function fadeOut(element) {
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = element;
  element.classList.add('leaving');
  element.setAttribute('aria-hidden', 'true');
  element.style.left = `${offsetLeft}px`;
  element.style.top = `${offsetTop}px`;
  element.style.width = `${offsetWidth}px`;
  element.style.height = `${offsetHeight}px`;
  const fade = element.animate([{ opacity: 1 }, { opacity: 0, transform: 'translateY(40%)' }], {
    duration: FADE_MS,
    easing: 'ease-in',
    fill: 'forwards',
  });
  fade.onfinish = fade.oncancel = () => element.remove();
}

/**
 * A score that changed, and by how much. Anew each time: the movement before it ends.
 * @param {HTMLElement} score
 * @param {HTMLElement} gain
 */
export function pop(score, gain) {
  for (const element of [score, gain]) {
    for (const animation of element.getAnimations()) animation.cancel();
  }
  score.animate([{}, { offset: 0.25, transform: 'scale(1.12)' }, {}], {
    duration: 900,
    easing: 'ease-out',
  });
  gain.animate(
    [
      { opacity: 0, transform: 'translateY(45%)' },
      { offset: 0.12, opacity: 1, transform: 'none' },
      { offset: 0.7, opacity: 1, transform: 'none' },
      { opacity: 0, transform: 'translateY(-25%)' },
    ],
    { duration: GAIN_MS, easing: 'ease-out' },
  );
}
