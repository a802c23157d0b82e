/*
 * Log lines: one line per event, to standard error, to syslog or to a file. Set up
 * once by main() before threads start; the other functions may be called from any
 * thread, and from a forked child before exec.
 */
#ifndef NTHPI_LOG_H
#define NTHPI_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_target { LOG_TARGET_STDERR, LOG_TARGET_SYSLOG, LOG_TARGET_FILE };

/* Lines up to LEVEL go to TARGET, marked with PROGRAM (static string). On
 * standard error a line is "2026-01-31T12:00:00.123Z PROGRAM[pid] level: text"
 * written by one write(2); when JOURNAL_STREAM is set (systemd) the time and
 * program are left out and the line starts with "<N>", its syslog priority. */
void log_open(const char *program, enum log_target target, enum log_level level);

/* From now on lines go to the end of the file PATH (made with mode 0640; PATH must live
 * as long as the program), for LOG_TARGET_FILE; until this is called these go to
 * standard error, as does later what cannot be written there. 0, or -1 with a message.
 * Once, before threads start. */
int log_to_file(const char *path);

/* Opens that file anew: after it was renamed, a new one is begun. Every line is in one
 * of the two, whole. 0, also without a file; -1 with a message in the file that is open
 * still. One thread at a time. */
int log_reopen(void);

/* Writes one line. FORMAT as printf's; line breaks and control characters in
 * the result become "?" so that a visitor's input can't forge lines; a line is
 * cut at 1,000 bytes. errno is preserved. An error or warning that was written within
 * the last ten seconds is only counted, and the next one says how often. */
__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_warning(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_debug(const char *format, ...);

#endif
