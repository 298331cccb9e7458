/**
 * What an operator should read in the log, with key-value pairs: fallbacks and alerts, once a minute for each reason however
 * often they happen, breakers that open and close, and on demand every call and attempt. Never a prompt, an answer or a key.
 */
@NullMarked
package dev.understudy.log;

import org.jspecify.annotations.NullMarked;
