/** How rows move. Only transforms and opacity are animated, and only the newest movement runs. */

/**
 * @typedef {{ left: number, top: number, width: number, height: number }} Place
 *
 * @typedef {object} Moving
 * @property {HTMLElement} element
 * @property {Place | undefined} from  Where it was seen; a row without it is new.
 * @property {boolean} isRising  Those pass in front.
 */

const MOVE_MS = 700;
const FADE_MS = 350;
const GAIN_MS = 2_600;
const EASING = 'cubic-bezier(0.22, 1, 0.36, 1)';

const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** What moves an element now. Asking the browser for it would make it count styles for each. @type {WeakMap<Element, Animation>} */
const movements = new WeakMap();

/** Whether nothing should move: it is not wanted, or not seen. */
export const isStill = () => stillness.matches || document.hidden;

/**
 * First, last, invert, play: all places are read before anything is written.
 * @param {readonly Moving[]} rows
 */
export function glide(rows) {
  for (const { element } of rows) movements.get(element)?.cancel();
  const places = rows.map(({ element }) => element.getBoundingClientRect());
  rows.forEach(({ element, from, isRising }, index) => {
    const to = places[index];
    if (from === undefined) appear(element);
    if (from === undefined || to === undefined) return;
    const x = from.left - to.left;
    const y = from.top - to.top;
    if (Math.abs(x) < 1 && Math.abs(y) < 1) return;
    element.classList.toggle('rising', isRising);
    const frames = [{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }];
    const movement = move(element, frames, { duration: MOVE_MS, easing: EASING });
    movement.onfinish = () => element.classList.remove('rising');
  });
}

/** @param {HTMLElement} element */
function appear(element) {
  const frames = [{ opacity: 0, transform: 'translateY(40%)' }, { opacity: 1 }];
  move(element, frames, { duration: FADE_MS, easing: 'ease-out' });
}

/**
 * Takes the row out of the flow, where it was seen, and out of what is read aloud.
 * @param {HTMLElement} element
 * @param {Place} at
 * @param {Place} list  Of the rows.
 */
export function fadeOut(element, at, list) {
  element.classList.add('leaving');
  element.setAttribute('aria-hidden', 'true');
  element.style.left = `${at.left - list.left}px`;
  element.style.top = `${at.top - list.top}px`;
  element.style.width = `${at.width}px`;
  element.style.height = `${at.height}px`;
  const frames = [{ opacity: 1 }, { opacity: 0, transform: 'translateY(40%)' }];
  const fade = move(element, frames, { duration: FADE_MS, easing: 'ease-in', fill: 'forwards' });
  fade.onfinish = fade.oncancel = () => element.remove();
}

/**
 * A score that changed, and by how much.
 * @param {HTMLElement} score
 * @param {HTMLElement} gain
 */
export function pop(score, gain) {
  move(score, [{}, { offset: 0.25, transform: 'scale(1.12)' }, {}], {
    duration: 900,
    easing: 'ease-out',
  });
  move(
    gain,
    [
      { opacity: 0, transform: 'translateY(45%)' },
      { offset: 0.12, opacity: 1, transform: 'none' },
      { offset: 0.7, opacity: 1, transform: 'none' },
      { opacity: 0, transform: 'translateY(-25%)' },
    ],
    { duration: GAIN_MS, easing: 'ease-out' },
  );
}

/**
 * Anew each time: the movement before it ends.
 * @param {HTMLElement} element
 * @param {Keyframe[]} frames
 * @param {KeyframeAnimationOptions} timing
 */
function move(element, frames, timing) {
  movements.get(element)?.cancel();
  const movement = element.animate(frames, timing);
  movements.set(element, movement);
  return movement;
}
