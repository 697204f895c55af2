// Words that people write in capitals, but that are not ticker symbols.
const notTickers = new Set(
  (
    'A AI AM AN AND ANY API ARE AS AT BE BEAR BEST BULL BUT BUY BY CAN CASE CEO CFO COGS CPI CTO ' +
    'DCF DO DOES EBIT EPS ESG ETF ETFS EU EUR FAQ FCF FED FIFO FOR FROM FX FY GAAP GBP GDP GET ' +
    'GIVE HAS HI HOLD HOW I IF IFRS IN IPO IPOS IS IT ITS JPY LLM LONG ME MY NEW NO NOT NYSE OF ' +
    'OK ON ONE OR OTC OUT PE PEG PLEASE PM PPI QE QOQ ROE ROI ROIC SEC SELL SHORT SO SSE SHOW ' +
    'STOCK STOP SWOT TAM TELL THAN THAT THE THIS TO TTM UK UP US USA USD VERSUS VIX VS WAS WE ' +
    'WHAT WHATS WHEN WHERE WHICH WHO WHY WILL WITH YES YOU YOUR YOY YTD Q'
  ).split(' '),
)

/** Matches a valid symbol of a body: letters, digits and the separators of share classes. */
export const symbolPattern: RegExp = /^[A-Za-z0-9][A-Za-z0-9.^=-]{0,14}$/

const most = 6

/**
 * Returns the ticker symbols that an analysis is about, at most six, in capitals and without
 * duplicates. Those in `given` come before those that the prompt mentions. In a prompt, a symbol is
 * a word of two to five capitals that is not a common abbreviation, a word with a share class
 * (`BRK.B`), or a word after a dollar sign (`$f`).
 */
export function symbolsOf(prompt: string, given: readonly string[]): string[] {
  const found = new Set(given.map((symbol) => symbol.toUpperCase()))
  const mentions =
    /\$([A-Za-z]{1,5}(?:\.[A-Za-z]{1,2})?)(?![\p{L}\p{N}])|(?<![\p{L}\p{N}$.])([A-Z]{1,5}\.[A-Z]|[A-Z]{2,5})(?![\p{L}\p{N}])/gu
  for (const [, cashtag, word] of prompt.matchAll(mentions)) {
    if (cashtag) found.add(cashtag.toUpperCase())
    else if (word && !notTickers.has(word) && !initials.test(word)) found.add(word)
  }
  return [...found].slice(0, most)
}

// U.S. and U.K. look like share classes of U.
const initials = /^U\.[SK]$/
