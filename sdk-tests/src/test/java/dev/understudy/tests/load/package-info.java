/**
 * Many calls at once over real sockets: what the server sees, what is left afterwards, who is held up by whom. The callers
 * have a JVM of their own ({@code Callers}), so that what is counted there is theirs, and the server's log decides.
 */
package dev.understudy.tests.load;
