import type { Network } from '@vectrade/core/adapter'

interface Page {
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
  document?: Page & { visibilityState?: string }
  navigator?: { onLine?: boolean }
}

const page = globalThis as Page

/**
 * Reports when a page may have a working network again. This is when the browser is online again, and when the
 * page becomes visible again: the phone is unlocked, the tab comes to the front, or the page leaves the back-forward
 * cache. A worker only learns that it is online again.
 *
 * @see https://html.spec.whatwg.org/multipage/nav-history-apis.html#the-pagetransitionevent-interface
 */
export const network: Network = {
  isOnline: () => page.navigator?.onLine !== false,
  onWake(listener) {
    const onOnline = (): void => listener(true)
    const onShow = (): void => listener(false)
    const onVisible = (): void => {
      if (page.document?.visibilityState !== 'hidden') listener(false)
    }
    page.addEventListener?.('online', onOnline)
    page.addEventListener?.('pageshow', onShow)
    page.document?.addEventListener?.('visibilitychange', onVisible)
    return () => {
      page.removeEventListener?.('online', onOnline)
      page.removeEventListener?.('pageshow', onShow)
      page.document?.removeEventListener?.('visibilitychange', onVisible)
    }
  },
}
