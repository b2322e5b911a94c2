using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Emit;

/// <summary>Tier 1: every function as a blittable import under its C name, one file per header.</summary>
internal sealed class ImportWriter(BlittableTypes types)
{
    public IEnumerable<GeneratedFile> Write(Target target)
    {
        foreach (IGrouping<string, FunctionSymbol> header in target.Library.Functions.GroupBy(f => f.File))
        {
            CodeWriter code = target.Begin("System.Runtime.InteropServices");
            code.Line();
            using (code.Braces($"internal static unsafe partial class {target.Native}"))
            {
                bool first = true;
                foreach (FunctionSymbol function in header)
                {
                    if (!first)
                        code.Line();
                    first = false;
                    Write(code, target, function);
                }
            }

            yield return target.File($"{target.Native}.{Naming.Header(header.Key)}", code);
        }
    }

    private void Write(CodeWriter code, Target target, FunctionSymbol function)
    {
        IEnumerable<string> parameters = function.Parameters.Select(
            p => $"{types.Of(p.Type, function.Name)} {Naming.Identifier(p.Name)}");
        code.Symbol(function.Name, function.Since);
        code.Line($"[LibraryImport(\"{target.SharedObject}\")]");
        // The library is the system's: never load one that lies beside the program.
        code.Line("[DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]");
        code.Line($"internal static partial {types.Of(function.Return.Type, function.Name)} {function.Name}("
            + string.Join(", ", parameters) + ");");
    }
}
