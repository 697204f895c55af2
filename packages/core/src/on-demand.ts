// What most pages do without, as one file. Streams and clients load these modules when they need one of them. In the published
// package, their `import()`s lead here: see `.config/tsup.ts`.
export { OwnEventReader } from './stream/own-event-reader.ts'
export { readAnalysis } from './http/json-answer.ts'
export { openFeed } from './live/open-feed.ts'
export { openIterable } from './stream/iterable-source.ts'
