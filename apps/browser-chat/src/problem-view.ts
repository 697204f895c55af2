import type { Problem } from './problem.ts'

/** Shows what went wrong, with a button to ask again once that makes sense. */
export function showProblem(element: HTMLElement, problem: Problem, onRetry: () => void): void {
  const part = (name: string): HTMLElement =>
    element.querySelector(`[data-part='${name}']`) as HTMLElement
  element.hidden = false
  part('title').textContent = problem.title
  part('advice').textContent = problem.advice
  const { requestId, retryAfter = 0 } = problem
  part('request').textContent = requestId === undefined ? '' : `Request ${requestId}`
  const retry = part('retry')
  retry.hidden = !problem.canRetry
  // Not `disabled`: a button without focus cannot be found, nor say how long it will take.
  retry.addEventListener('click', () => retry.ariaDisabled !== 'true' && onRetry())
  countDown(retry, Date.now() + retryAfter * 1000)
}

function countDown(button: HTMLElement, end: number): void {
  const left = Math.ceil((end - Date.now()) / 1000)
  button.ariaDisabled = String(left > 0)
  button.textContent = left > 0 ? `Try again in ${time(left)}` : 'Try again'
  if (left > 0) setTimeout(() => countDown(button, end), 1_000)
}

function time(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`
}
