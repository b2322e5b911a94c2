using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Emit;
using LibvirtBackup.Generator.Overrides;

namespace LibvirtBackup.Generator;

internal static class Program
{
    private const string Usage = "usage: dotnet run --project eng/Generator -- --api FOLDER --out src/Interop";

    private static int Main(string[] arguments)
    {
        if (arguments is not ["--api", { } api, "--out", { } output])
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        try
        {
            ApiDescription description = ApiDescription.Load(api);
            IReadOnlyList<GeneratedFile> files = Generation.Run(description, OverrideTable.Load());
            OutputFolder.Replace(output, files);
            Console.WriteLine($"{files.Count} files from libvirt {description.Version}");
            return 0;
        }
        catch (GeneratorException refusal)
        {
            Console.Error.WriteLine(refusal.Message);
            return 1;
        }
    }
}
