export { VecTrade } from '@vectrade/browser'
