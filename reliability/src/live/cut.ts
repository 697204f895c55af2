/** How a connection is cut. After a `silence`, it is open, but no more bytes come. */
export type CutKind = 'fin' | 'rst' | 'in an event' | 'silence'
