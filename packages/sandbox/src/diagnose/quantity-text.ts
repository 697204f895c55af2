/** Returns a time such as `5.0 s`. */
export function secondsText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(ms < 1000 ? 2 : 1)} s`
}

/** Returns a size such as `4.1 kB`. */
export function bytesText(bytes: number): string {
  return bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} kB`
}
