import type { Announce } from './announcer.ts'
import type { Problem } from './problem.ts'
import { waitInWords } from './wait-in-words.ts'

/** Shows what went wrong, with a button to ask again if that can help. */
export function showProblem(
  element: HTMLElement,
  problem: Problem,
  announce: Announce,
  onRetry: (() => void) | undefined,
): void {
  const part = (name: string): HTMLElement =>
    element.querySelector(`[data-part='${name}']`) as HTMLElement
  element.hidden = false
  part('title').textContent = problem.title
  part('advice').textContent = problem.advice
  const { requestId, retryAfter = 0 } = problem
  part('request').textContent = requestId === undefined ? '' : `Request ${requestId}`
  const retry = part('retry')
  retry.hidden = !problem.canRetry || onRetry === undefined
  // `disabled` would take the focus away from the button. A screen reader could then neither find it nor read the wait.
  retry.addEventListener('click', () => retry.ariaDisabled !== 'true' && onRetry?.())
  if (problem.canRetry && retryAfter > 0) countDown(retry, Date.now() + retryAfter * 1000, announce)
}

function countDown(button: HTMLElement, end: number, announce: Announce): void {
  const left = Math.ceil((end - Date.now()) / 1000)
  button.ariaDisabled = String(left > 0)
  button.textContent = left > 0 ? `Try again ${waitInWords(left)}` : 'Try again'
  if (left <= 0) return announce('You can try again now.')
  setTimeout(() => {
    // Only the last question can be asked again.
    if (button.closest('.turn:last-child')) countDown(button, end, announce)
  }, 1_000)
}
