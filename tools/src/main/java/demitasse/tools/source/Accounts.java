package demitasse.tools.source;

import demitasse.tools.DemiException;
import demitasse.tools.json.JsonObject;
import demitasse.tools.tree.FileTree;
import demitasse.tools.tree.RegularFile;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Who is in a root file system's /etc/passwd and /etc/group: passwd(5), group(5). */
public record Accounts(List<User> users, List<Group> groups) {
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final int PASSWD_FIELDS = 6;
    private static final int GROUP_FIELDS = 3;

    public record User(String name, int uid, int gid, String home) {
    }

    public record Group(String name, int gid, List<String> members) {
    }

    /** Who a program runs as. */
    public record Identity(int uid, int gid, List<Integer> groups, String home) {
    }

    public static Accounts of(FileTree tree) throws IOException {
        List<User> users = new ArrayList<>();
        for (String[] fields : lines(tree, "/etc/passwd", PASSWD_FIELDS)) {
            if (isNumber(fields[2]) && isNumber(fields[3])) {
                users.add(new User(fields[0], id(fields[2]), id(fields[3]), fields[5]));
            }
        }
        List<Group> groups = new ArrayList<>();
        for (String[] fields : lines(tree, "/etc/group", GROUP_FIELDS)) {
            if (isNumber(fields[2])) {
                String members = fields.length > GROUP_FIELDS ? fields[3] : "";
                groups.add(new Group(fields[0], id(fields[2]), members.isEmpty() ? List.of() : split(members, ',')));
            }
        }
        return new Accounts(users, groups);
    }

    /**
     * Understands {@code USER[:GROUP]}, names or numbers, as docker run --user does: a number needs no entry;
     * without GROUP the user's own groups are taken. Empty is root.
     */
    public Identity identity(String text) {
        int colon = text.indexOf(':');
        String userText = colon < 0 ? text : text.substring(0, colon);
        String groupText = colon < 0 ? "" : text.substring(colon + 1);
        User user = user(userText.isEmpty() ? "0" : userText);
        if (!groupText.isEmpty()) {
            return new Identity(user.uid(), gid(groupText), List.of(), user.home());
        }
        List<Integer> more = new ArrayList<>();
        for (Group group : groups) {
            if (group.gid() != user.gid() && group.members().contains(user.name())) {
                more.add(group.gid());
            }
        }
        return new Identity(user.uid(), user.gid(), more, user.home());
    }

    public JsonObject toJson() {
        List<JsonObject> userList = new ArrayList<>();
        for (User user : users) {
            userList.add(JsonObject.empty().with("name", user.name()).with("uid", user.uid()).with("gid", user.gid())
                    .with("home", user.home()));
        }
        List<JsonObject> groupList = new ArrayList<>();
        for (Group group : groups) {
            groupList.add(JsonObject.empty().with("name", group.name()).with("gid", group.gid())
                    .with("members", group.members()));
        }
        return JsonObject.empty().with("users", userList).with("groups", groupList);
    }

    public static Accounts fromJson(JsonObject json) {
        List<User> users = new ArrayList<>();
        for (JsonObject user : json.objects("users")) {
            users.add(new User(user.string("name"), (int) user.integer("uid"), (int) user.integer("gid"),
                    user.string("home")));
        }
        List<Group> groups = new ArrayList<>();
        for (JsonObject group : json.objects("groups")) {
            groups.add(new Group(group.string("name"), (int) group.integer("gid"), group.strings("members")));
        }
        return new Accounts(users, groups);
    }

    private User user(String text) {
        for (User user : users) {
            if (user.name().equals(text)) {
                return user;
            }
        }
        if (!isNumber(text)) {
            throw new DemiException("there is no user '" + text + "' in the root file system's /etc/passwd");
        }
        for (User user : users) {
            if (user.uid() == id(text)) {
                return user;
            }
        }
        return new User("", id(text), 0, id(text) == 0 ? "/root" : "/");
    }

    private int gid(String text) {
        for (Group group : groups) {
            if (group.name().equals(text)) {
                return group.gid();
            }
        }
        if (!isNumber(text)) {
            throw new DemiException("there is no group '" + text + "' in the root file system's /etc/group");
        }
        return id(text);
    }

    private static List<String[]> lines(FileTree tree, String path, int fieldsMin) throws IOException {
        List<String[]> lines = new ArrayList<>();
        if (!(tree.find(path, true) instanceof RegularFile file)) {
            return lines;
        }
        String text;
        try (InputStream source = file.content().open()) {
            text = new String(source.readNBytes(FILE_BYTES_MAX), StandardCharsets.UTF_8);
        }
        for (String line : split(text, '\n')) {
            String[] fields = split(line, ':').toArray(new String[0]);
            if (fields.length >= fieldsMin && !fields[0].isEmpty() && fields[0].charAt(0) != '#') {
                lines.add(fields);
            }
        }
        return lines;
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, start)) {
            parts.add(text.substring(start, end));
            start = end + 1;
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static boolean isNumber(String text) {
        try {
            return !text.startsWith("-") && !text.startsWith("+") && Integer.parseUnsignedInt(text) != -1;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static int id(String text) {
        return Integer.parseUnsignedInt(text);
    }
}
