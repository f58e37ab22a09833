/** Where the café's own server answers; empty when the build declares none (see build.py). */
export const BACKEND = "";
