/** Runs before each test file: what the file before changed of the limits is as it was. */
import { limits } from '../../src/limits.ts';

const processWide = globalThis as { standardLimits?: typeof limits };
processWide.standardLimits ??= { ...limits };
Object.assign(limits, processWide.standardLimits);
