import { intakeDeps, linearWebhook } from "../../build/intake.js";

export const POST = linearWebhook(intakeDeps);
