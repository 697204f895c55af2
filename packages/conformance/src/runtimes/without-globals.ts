/** What a supported runtime may lack. */
const missing: [object, string | symbol][] = [
  [AbortSignal, 'any'],
  [AbortSignal, 'timeout'],
  [globalThis, 'TextDecoderStream'],
  [globalThis, 'TextEncoderStream'],
  [ReadableStream.prototype, Symbol.asyncIterator],
  [ReadableStream.prototype, 'values'],
  [ReadableStream, 'from'],
  [globalThis, 'FinalizationRegistry'],
  [globalThis, 'WeakRef'],
  [Promise, 'withResolvers'],
  [Promise, 'try'],
  [Array, 'fromAsync'],
  [URL, 'parse'],
  [URL, 'canParse'],
  [crypto, 'randomUUID'],
  [Uint8Array.prototype, 'toBase64'],
]
for (const [holder, name] of missing) {
  const owner =
    name in holder && !Object.hasOwn(holder, name) ? Object.getPrototypeOf(holder) : holder
  if (!Reflect.deleteProperty(owner as object, name) || name in holder) {
    throw new Error(`Could not take ${String(name)} away`)
  }
}
