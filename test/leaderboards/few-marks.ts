/** Imported before anything reads the limits: this process keeps very few marks in memory. */
import { limits } from '../../src/limits.ts';

Object.assign(limits, { seasonPartMin: 2, seasonMarksKept: 20 });
