/** The most symbols whose prices are shown at once. */
const mostTickers = 6

/** Words that questions have in capitals, and that are rarely meant as a ticker symbol. */
const notTickers = new Set(
  (
    'AI AND API BUY CEO CFO CPI DCF EBIT EPS ESG ETF EU EUR FAQ FCF FED FOR FX GAAP GBP GDP IFRS IPO ' +
    'IS JPY NOT NYSE OR OTC PE PEG QOQ ROE ROI ROIC SEC SELL SWOT TTM UK US USA USD VIX VS YOY YTD'
  ).split(' '),
)

/**
 * Returns the ticker symbols in a question: words of two to five capitals, with or without a share class
 * (`BRK.B`), and what follows a dollar sign (`$F`). It returns at most six, each once.
 */
export function tickersIn(question: string): readonly string[] {
  const words =
    /(?<![\p{L}\p{N}$.])(?:\$([A-Z]{1,5}(?:\.[A-Z])?)|([A-Z]{1,5}\.[A-Z]|[A-Z]{2,5}))(?![\p{L}\p{N}])/gu
  const found = new Set<string>()
  for (const [, marked, word] of question.matchAll(words)) {
    if (marked !== undefined) found.add(marked)
    else if (word !== undefined && !/^U\.[SK]$/.test(word) && !notTickers.has(word)) found.add(word)
  }
  return [...found].slice(0, mostTickers)
}

/** Returns the ticker symbols in a value from the server. It may be of any type. */
export function tickersFrom(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return [...new Set(value.filter(isTicker))].slice(0, mostTickers)
}

function isTicker(item: unknown): item is string {
  return typeof item === 'string' && /^[A-Z0-9][A-Z0-9.^=-]{0,14}$/.test(item)
}
