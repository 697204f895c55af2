// The modules that most pages do not need. Streams and clients load them with `import()` when they need one of them. In
// the published package, each `import()` loads this file: see `.config/tsup.ts`.
export { OwnEventReader } from './stream/own-event-reader.ts'
export { CallWatcher } from './observe/call-watcher.ts'
export { askForKey } from './http/ask-for-key.ts'
export { readAnalysis } from './http/json-answer.ts'
export { openFeed } from './live/open-feed.ts'
export { openIterable } from './stream/iterable-source.ts'
