/** Ours: what the scanner uses of decode.js. Throws when there is no code in the picture. */
declare function decodeQR(image: { width: number; height: number; data: ArrayLike<number> }, options?: object): string;
export default decodeQR;
