/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tools/dicom.h"

#include <string.h>

static void
test_takes (void)
{
  static const gchar *const texts[] = { "manufacturer=\303\204 & Co",
                                        "model=x",
                                        "serial=1=2",
                                        "recognizable=NO",
                                        "polarization=NON_POLARIZED",
                                        "colour-temperature=5600",
                                        "contact=CONTACT",
                                        "immersion=ALCOHOL",
                                        "magnification=10.5" };
  g_autoptr (DermaDicom) dicom = derma_dicom_new (TRUE);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    derma_dicom_take (dicom, texts[i], &error);
    g_assert_no_error (error);
  }
  g_assert_true (derma_dicom_check (dicom, &error));
  g_assert_no_error (error);
}

static const gchar *const REFUSED[] = { "",
                                        "=",
                                        "manufacturer",
                                        "manufacturer=",
                                        "manufacturer=a\\b",
                                        "manufacturer=a\nb",
                                        "manufacturer=\xff",
                                        "serial=0123456789012345678901234567890123456789012345678901234567890123456789",
                                        "PatientName=Doe^Jane",
                                        "recognizable=no",
                                        "recognizable=",
                                        "polarization=POLARIZED\\NON_POLARIZED",
                                        "colour-temperature=warm",
                                        "colour-temperature=-1",
                                        "colour-temperature=0x10",
                                        "colour-temperature=nan",
                                        "magnification=",
                                        "magnification=1e999",
                                        "magnification=10 ",
                                        "contact=MAYBE" };

static void
test_refuses (gconstpointer data)
{
  g_autoptr (DermaDicom) dicom = derma_dicom_new (TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *escaped = g_strescape (data, NULL);

  g_test_message ("%s", escaped);
  g_assert_false (derma_dicom_take (dicom, data, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
}

/* Without what the standard wants there is no such image, and nothing is made up for it. */
static void
test_needs (void)
{
  static const gchar *const needed[] = { "manufacturer=a", "model=b", "serial=c", "recognizable=YES" };

  for (guint left_out = 0; left_out < G_N_ELEMENTS (needed); left_out++) {
    g_autoptr (DermaDicom) dicom = derma_dicom_new (TRUE);
    g_autoptr (GError) error = NULL;

    for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
      if (i != left_out)
        g_assert_true (derma_dicom_take (dicom, needed[i], NULL));
    g_assert_false (derma_dicom_check (dicom, &error));
    g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  }
}

static void
test_photograph_needs_nothing (void)
{
  g_autoptr (DermaDicom) dicom = derma_dicom_new (FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_dicom_check (dicom, &error));
  g_assert_no_error (error);
}

static void
test_immersion_goes_with_contact (void)
{
  g_autoptr (DermaDicom) dicom = derma_dicom_new (FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (derma_dicom_take (dicom, "immersion=WATER", NULL));
  g_assert_false (derma_dicom_check (dicom, &error));
  g_assert_error (error, DERMA_ERROR, DERMA_ERROR_ARGUMENT);
  g_assert_true (derma_dicom_take (dicom, "contact=CONTACT", NULL));
  g_assert_true (derma_dicom_check (dicom, NULL));
  g_assert_true (derma_dicom_take (dicom, "contact=NON_CONTACT", NULL));
  g_assert_false (derma_dicom_check (dicom, NULL));
}

static void
test_identifiers (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < 1000; i++) {
    gchar *uid = derma_dicom_make_uid ();

    g_assert_true (g_str_has_prefix (uid, "2.25."));
    g_assert_cmpuint (strlen (uid), <=, 5 + 39);
    g_assert_cmpuint (strspn (uid, "0123456789."), ==, strlen (uid));
    g_assert_true (uid[5] != '0');
    g_assert_true (g_hash_table_add (seen, uid));
  }
}

static void
test_help_has_all (void)
{
  g_autofree gchar *names = derma_dicom_describe_names ();

  g_assert_nonnull (strstr (names, "manufacturer"));
  g_assert_nonnull (strstr (names, "NON_POLARIZED"));
  g_assert_nonnull (strstr (names, "magnification"));
  g_assert_null (strstr (names, "atient"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dicom/takes", test_takes);
  for (guint i = 0; i < G_N_ELEMENTS (REFUSED); i++) {
    g_autofree gchar *path = g_strdup_printf ("/dicom/refused/%u", i);

    g_test_add_data_func (path, REFUSED[i], test_refuses);
  }
  g_test_add_func ("/dicom/needs", test_needs);
  g_test_add_func ("/dicom/photograph-needs-nothing", test_photograph_needs_nothing);
  g_test_add_func ("/dicom/immersion-goes-with-contact", test_immersion_goes_with_contact);
  g_test_add_func ("/dicom/identifiers", test_identifiers);
  g_test_add_func ("/dicom/help-has-all", test_help_has_all);
  return g_test_run ();
}
