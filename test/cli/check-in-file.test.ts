import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FileRow, readCheckIns } from '../../src/cli/check-in-file.ts';
import { LINE_BYTES_MAX } from '../../src/cli/csv-lines.ts';
import { makeFolder, type TestFolder } from './support.ts';

let folder: TestFolder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder.remove());

async function read(content: string | Buffer): Promise<FileRow[]> {
  const file = await folder.write('check-ins.csv', content);
  const rows: FileRow[] = [];
  for await (const some of readCheckIns(file, () => {})) rows.push(...some);
  return rows;
}

/** 'line id' of what is taken, 'line! field' of what is rejected. */
const brief = (rows: readonly FileRow[]) =>
  rows.map((row) =>
    'reason' in row ? `${row.line}! ${row.field ?? 'line'}` : `${row.line} ${row.externalId}`,
  );

const HEADER = 'memberExternalId,occurredAt';
const AT = '2026-03-29T08:30:00+02:00';
const WIDE = 'memberExternalId,occurredAt,note';

describe('what is taken', () => {
  it.each([
    ['LF', `${HEADER}\na,${AT}\nb,${AT}\n`],
    ['CRLF', `${HEADER}\r\na,${AT}\r\nb,${AT}\r\n`],
    ['no line end at the end', `${HEADER}\na,${AT}\nb,${AT}`],
    ['a byte order mark', `\ufeff${HEADER}\na,${AT}\nb,${AT}\n`],
    ['quoted fields', `"memberExternalId","occurredAt"\n"a","${AT}"\nb,"${AT}"\n`],
    ['columns in another order', `occurredAt,memberExternalId\n${AT},a\n${AT},b\n`],
    ['further columns', `x,memberExternalId,y,occurredAt\n1,a,"2,3",${AT}\n,b,,${AT}\n`],
    ['spaces around column names', `memberExternalId , occurredAt\na,${AT}\nb,${AT}\n`],
  ])('%s', async (_case, content) => {
    expect(brief(await read(content))).toEqual(['2 a', '3 b']);
  });

  it('keeps line numbers over blank lines, which are no rows', async () => {
    const content = `\n${HEADER}\n\na,${AT}\n   \n\r\nb,${AT}\n\n`;
    expect(brief(await read(content))).toEqual(['4 a', '7 b']);
  });

  it('reads instants and odd ids as they are', async () => {
    const rows = await read(`${HEADER}\n"a""b, ü\u2028屠",2016-10-04T19:03:28.5-04:00\n`);
    expect(rows).toEqual([
      { line: 2, externalId: 'a"b, ü\u2028屠', occurredAt: new Date('2016-10-04T23:03:28.500Z') },
    ]);
  });

  it('a quoted line break in a column that is passed over', async () => {
    const content = `${WIDE}\na,${AT},"one\ntwo, ""2""\n\nthree"\nb,${AT},x\n`;
    expect(brief(await read(content))).toEqual(['2 a', '6 b']);
  });

  it('lines across the edges of chunks', async () => {
    const ids = Array.from({ length: 9_000 }, (_, index) => `member-${index}`);
    const rows = await read(`${HEADER}\n${ids.map((id) => `${id},${AT}\r\n`).join('')}`);
    expect(brief(rows)).toEqual(ids.map((id, index) => `${index + 2} ${id}`));
  });
});

describe('what is rejected, its own line alone', () => {
  it.each([
    ['an open quote', `"x,${AT}`, 'line'],
    ['an open quote in the last column', `x,"${AT}`, 'line'],
    ['a stray quote', `x"y,${AT}`, 'line'],
    ['text behind a closing quote', `"x"y,${AT}`, 'line'],
    ['a missing column', 'x', 'line'],
    ['one column too many', `x,${AT},`, 'line'],
    ['bytes that are no UTF-8', Buffer.from(`x\xe9,${AT}`, 'latin1'), 'line'],
    ['a line without end', `${'x'.repeat(LINE_BYTES_MAX)},${AT}`, 'line'],
    ['no id', `,${AT}`, 'memberExternalId'],
    ['an id that is too long', `${'x'.repeat(129)},${AT}`, 'memberExternalId'],
    ['a control character in the id', `x\u0007,${AT}`, 'memberExternalId'],
    ['a space before the id', ` x,${AT}`, 'memberExternalId'],
    ['a space behind the id', `x\u00a0,${AT}`, 'memberExternalId'],
    ['an id of nothing visible', `\u200b,${AT}`, 'memberExternalId'],
    ['an id that is turned round', `x\u202ey,${AT}`, 'memberExternalId'],
    ['a lone carriage return', `x\ry,${AT}`, 'memberExternalId'],
    ['no instant', 'x,', 'occurredAt'],
    ['an instant without offset', 'x,2026-03-29T08:30:00', 'occurredAt'],
    ['a date alone', 'x,2026-03-29', 'occurredAt'],
    ['a day that does not exist', 'x,2026-02-30T08:30:00Z', 'occurredAt'],
    ['an hour that does not exist', 'x,2026-03-29T24:00:00Z', 'occurredAt'],
    ['seconds since 1970', 'x,1774772000', 'occurredAt'],
    ['a space before the instant', `x, ${AT}`, 'occurredAt'],
    ['a formula', 'x,=NOW()', 'occurredAt'],
  ])('%s', async (_case, line, field) => {
    const content = Buffer.concat([
      Buffer.from(`${HEADER}\na,${AT}\n`),
      Buffer.from(line),
      Buffer.from(`\n"b","${AT}"\nc,${AT}\n`),
    ]);
    expect(brief(await read(content))).toEqual(['2 a', `3! ${field}`, '4 b', '5 c']);
  });

  it('an open quote in a further column, with quotes behind it', async () => {
    const content = `${WIDE}\na,${AT},"oops\nb,${AT},fine\nc,${AT},"fine"\n"d",${AT},\n`;
    expect(brief(await read(content))).toEqual(['2! line', '3 b', '4 c', '5 d']);
  });

  it('an open quote in a further column, and no quote behind it', async () => {
    const rest = Array.from({ length: 120 }, (_, index) => `m${index},${AT},\n`);
    const rows = await read(`${WIDE}\na,${AT},"oops\n${rest.join('')}`);
    expect(brief(rows)[0]).toBe('2! line');
    expect(brief(rows).slice(1)).toEqual(rest.map((_, index) => `${index + 3} m${index}`));
  });

  it('does not take two spoilt lines for one record', async () => {
    const rows = await read(`${WIDE}\n"a,${AT},x\nb",${AT},y\nc,${AT},z\n`);
    expect(brief(rows)).toEqual(['2! line', '3! line', '4 c']);
  });

  it('says which column, and why', async () => {
    const rows = await read(`${HEADER}\na,yesterday\n,${AT}\nb\n`);
    expect(rows.map((row) => 'reason' in row && row.reason)).toEqual([
      'must be an instant with an offset, like 2026-03-29T08:30:00+02:00, from 1970 to 2100',
      'must not be empty',
      'has 1 field where the header has 2',
    ]);
  });
});

describe('a file that is no list of check-ins', () => {
  it.each([
    ['', /is empty; its first line must name the columns memberExternalId,occurredAt$/],
    ['\n\n \n', /is empty/],
    [`a,${AT}\n`, /line 1: there is no column memberExternalId in "a,2026/],
    [`memberExternalId,when\na,${AT}\n`, /line 1: there is no column occurredAt/],
    [`memberExternalId;occurredAt\na;${AT}\n`, /line 1: there is no column memberExternalId/],
    ['occurredAt,memberExternalId,occurredAt\n', /the column occurredAt is named twice/],
    ['"memberExternalId,occurredAt\n', /line 1: a quote is opened and not closed/],
    [Buffer.from(`\ufeff${HEADER}\n`, 'utf16le'), /is UTF-16; save it as UTF-8/],
  ])('%j', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('says when there is no such file', async () => {
    const reading = readCheckIns('/nowhere/check-ins.csv', () => {}).next();
    await expect(reading).rejects.toThrow('/nowhere/check-ins.csv: there is no such file');
  });
});
