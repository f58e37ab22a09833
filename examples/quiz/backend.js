/** Where the app's own backend answers; empty when the build declares none (see build.py). */
export const BACKEND = "";
