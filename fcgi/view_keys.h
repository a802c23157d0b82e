/* Every key, section and include that the templates use: VIEW_KEY(NAME) for
 * {{NAME}}, {{#NAME}} or {{>NAME}}. Included by view.h and view.cc. */
VIEW_KEY(ROW)
