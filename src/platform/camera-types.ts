/** A running camera. */
export interface CameraScan {
  stop: () => void;
}
