import type { Network } from '@vectrade/core/adapter'

interface Page {
  addEventListener?: (type: string, listener: () => void) => void
  removeEventListener?: (type: string, listener: () => void) => void
  document?: Page & { visibilityState?: string }
  navigator?: { onLine?: boolean }
}

const page = globalThis as Page

/**
 * What a page hears of its network: a phone that was locked, a tab that comes from the background or
 * out of the back-forward cache, a connection that is there again. A worker hears of the last only.
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
