/** The variables, secrets and bindings of wrangler.jsonc. */
export interface Env {
  VECTRADE_API_KEY: string
  VECTRADE_BASE_URL: string
  VECTRADE_LIVE_URL: string
  ALLOWED_ORIGINS: string
  ACCESS_TOKEN?: string
  /** Opens the guide's route, which lets anyone ask. Only `dev` sets it. */
  OPEN_ROUTES?: string
  /** The Durable Objects of the class LivePrices. */
  LIVE_PRICES: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}
