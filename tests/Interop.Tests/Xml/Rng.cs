using System.Diagnostics;
using Xunit;

namespace LibvirtBackup.Interop.Tests.Xml;

/// <summary>Validates documents against the schemas that libvirt installs.</summary>
internal static class Rng
{
    private const string Schemas = "/usr/share/libvirt/schemas";

    public static void SkipUnlessInstalled()
    {
        if (!Directory.Exists(Schemas))
            Assert.Skip($"libvirt's schemas are not in {Schemas} (package libvirt0)");
        if (!File.Exists("/usr/bin/xmllint"))
            Assert.Skip("xmllint is not installed (package libxml2-utils)");
    }

    /// <summary>All documents in one run: xmllint compiles the schema once.</summary>
    public static void AssertValid(string schema, params IReadOnlyCollection<string> documents)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("lvb-rng-");
        try
        {
            List<string> files = [];
            foreach (string document in documents)
            {
                files.Add(Path.Combine(directory.FullName, $"{files.Count}.xml"));
                File.WriteAllText(files[^1], document);
            }

            string errors = Run(schema, files);
            if (errors.Length == 0)
                return;
            int failing = files.FindIndex(f => errors.Contains($"{f} fails to validate", StringComparison.Ordinal));
            string example = failing < 0 ? string.Empty : documents.ElementAt(failing);
            Assert.Fail($"{schema} refuses:\n{example}\n{errors}");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Run(string schema, List<string> files)
    {
        ProcessStartInfo start = new("/usr/bin/xmllint") { RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])["--nonet", "--noout", "--relaxng", $"{Schemas}/{schema}.rng", .. files])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!; // UseShellExecute is false, so a process is started
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? string.Empty : errors;
    }
}
