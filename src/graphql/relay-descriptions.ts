/** What the Relay plugin's own types, fields and arguments mean. */
export const relayDescriptions = {
  nodeTypeOptions: { description: 'Anything that has a global id.' },
  idFieldOptions: { description: 'Opaque global id.' },
  pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
  hasNextPageFieldOptions: { description: 'Whether more comes behind this page.' },
  hasPreviousPageFieldOptions: { description: 'Whether more comes before this page.' },
  startCursorFieldOptions: { description: 'Cursor of the first item; null on an empty page.' },
  endCursorFieldOptions: {
    description: 'Cursor of the last item, given as `after` for the next page; null when empty.',
  },
  cursorFieldOptions: { description: 'Opaque place of the item in this list.' },
  nodeFieldOptions: { description: 'The item.' },
  edgesFieldOptions: { description: 'The items with their cursors.' },
  pageInfoFieldOptions: { description: 'Where the page lies in its list.' },
  firstArgOptions: { description: 'How many from the start, 1 to 100; 20 when absent.' },
  lastArgOptions: { description: 'How many from the end, 1 to 100; instead of first.' },
  afterArgOptions: { description: 'Only what comes behind this cursor.' },
  beforeArgOptions: { description: 'Only what comes before this cursor.' },
} as const;
