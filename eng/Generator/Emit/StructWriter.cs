using LibvirtBackup.Generator.Description;
using LibvirtBackup.Generator.Types;

namespace LibvirtBackup.Generator.Emit;

/// <summary>Raw structs with C's names and layout; opaque structs are handles, not structs.</summary>
internal sealed class StructWriter(ApiDescription api, BlittableTypes types, MacroValues values)
{
    public IEnumerable<GeneratedFile> Write(Target target)
    {
        StructSymbol[] structs = [.. target.Library.Structs.Where(s => !s.IsOpaque && api.Canonical(s) == s)];
        if (structs.Length == 0)
            yield break;
        CodeWriter code = target.Begin("System.Runtime.InteropServices");
        foreach (StructSymbol symbol in structs)
        {
            code.Line().Summary($"The layout of <c>struct {symbol.Tag}</c>. Since libvirt {symbol.Since}.");
            code.Symbol(symbol.Name, symbol.Since);
            code.Line("[StructLayout(LayoutKind.Sequential)]");
            using (code.Braces($"internal unsafe struct {symbol.Name}"))
            {
                foreach (StructField field in symbol.Fields)
                    WriteField(code, symbol, field);
            }
        }

        yield return target.File("Structs", code);
    }

    private void WriteField(CodeWriter code, StructSymbol owner, StructField field)
    {
        string name = Naming.Identifier(field.Name);
        if (field.Union.Count > 0)
        {
            WriteUnion(code, owner, field);
            code.Line($"public Union_{field.Name} {name};");
        }
        else if (field.Type.Length is { } length)
        {
            long count = values.Evaluate(owner.Name, length).Value;
            code.Line($"public fixed {types.Of(field.Type, owner.Name)} {name}[{count}];");
        }
        else
        {
            code.Line($"public {types.Of(field.Type, owner.Name)} {name};");
        }
    }

    private void WriteUnion(CodeWriter code, StructSymbol owner, StructField union)
    {
        code.Line("[StructLayout(LayoutKind.Explicit)]");
        using (code.Braces($"public struct Union_{union.Name}"))
        {
            foreach (StructField member in union.Union)
            {
                string type = types.Of(member.Type, owner.Name);
                code.Line($"[FieldOffset(0)] public {type} {Naming.Identifier(member.Name)};");
            }
        }

        code.Line();
    }
}
