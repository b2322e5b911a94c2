using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Emit;

/// <summary>One SafeHandle per opaque struct.</summary>
internal static class HandleWriter
{
    public static IEnumerable<GeneratedFile> Write(Target target)
    {
        StructSymbol[] handles = [.. target.Library.Structs.Where(s => s.IsOpaque)];
        if (handles.Length == 0)
            yield break;
        CodeWriter code = target.Begin();
        foreach (StructSymbol symbol in handles)
            Write(code, target, symbol);
        yield return target.File("Handles", code);
    }

    private static void Write(CodeWriter code, Target target, StructSymbol symbol)
    {
        string name = Naming.Handle(symbol);
        // A connection is closed; everything else is freed. Both give up one reference.
        string release = symbol.Name == "virConnect" ? "virConnectClose" : symbol.Name + "Free";
        string reference = symbol.Name + "Ref";
        foreach (string function in (string[])[release, reference])
        {
            if (target.Library.Functions.All(f => f.Name != function))
                throw new GeneratorException(symbol.Name, $"is opaque but has no {function}");
        }

        code.Line().Summary($"Owns one reference to a <c>{symbol.Name}</c>; disposing it calls <c>{release}</c>.");
        code.Line($"/// <remarks>Since libvirt {symbol.Since}.</remarks>");
        code.Symbol(symbol.Name, symbol.Since);
        using (code.Braces($"public sealed class {name} : LibvirtHandle"))
        {
            using (code.Braces($"private {name}(nint owned) : base(owned)"))
            {
            }

            code.Line();
            code.Line("/// <summary>Takes over the reference that a call returned.</summary>");
            code.Line($"internal static {name} Own(nint pointer) => new(pointer);");
            code.Line();
            code.Line("/// <summary>Adds a reference to a pointer that stays libvirt's, as callbacks get.</summary>");
            using (code.Braces($"internal static {name} Share(nint borrowed)"))
            {
                code.Line($"if ({target.Native}.{reference}(borrowed) < 0)");
                code.Line($"    throw LibvirtException.Last(\"{reference}\");");
                code.Line("return new(borrowed);");
            }

            code.Line();
            code.Line("/// <inheritdoc/>");
            code.Line($"protected override bool ReleaseHandle() => {target.Native}.{release}(handle) >= 0;");
        }
    }
}
